"""Write the pages that the code already knows: ``make docs``."""
