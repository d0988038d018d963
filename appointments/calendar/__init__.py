"""The advisors' calendar: who comes when, which places and hours are left, what must be moved or prepared (chapter 1).

`board` reads a week's places once, `day` and `week` draw them, `loads` the hours by need, `to_move` what no longer fits
after somebody's absence, `preparation` the list of a day with its parts.
"""
