"""What makes a network cheaper by changing it: fewer channels or layers, other numbers, a new head; trained on afterwards."""
