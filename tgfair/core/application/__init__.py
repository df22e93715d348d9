"""The five steps of an application: what is asked, what of the answers can be used."""
