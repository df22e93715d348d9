"""The province's register of OCOP subjects, read from the sheets as clerks keep them."""
