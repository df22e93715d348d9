"""Pages and endpoints, by audience. No business rule and no commit lives here."""
