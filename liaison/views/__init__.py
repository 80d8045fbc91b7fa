"""The pages of stations, deputies, sessions and appointments."""
