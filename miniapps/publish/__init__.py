"""From the bytes a maker uploaded to the bytes people get. Pure: text in, text out."""
