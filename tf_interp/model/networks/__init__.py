"""The networks of section 4.3 and Fig. 2."""
