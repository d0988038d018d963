"""Booking by telephone or on site, on one page (M1.1-b, M1.1-d): who calls, what is known of him, when he can come."""
