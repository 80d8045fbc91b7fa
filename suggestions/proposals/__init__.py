"""Reading proposals of deputies: where each stands, what came of it, what waits for whom."""
