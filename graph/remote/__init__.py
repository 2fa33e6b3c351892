"""A SPARQL 1.1 endpoint somewhere else, read and written as if the graph were here."""
