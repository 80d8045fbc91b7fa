"""Speed and memory, measured in one run and told as ratios against a bare Django view: ``make bench``."""
