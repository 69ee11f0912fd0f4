"""Hold one file for each word of the command line; the table of words finds them."""
