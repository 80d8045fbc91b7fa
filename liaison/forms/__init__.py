"""What people fill in at stations and before them."""
