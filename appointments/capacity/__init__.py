"""What the workshop can take: hours per day and need, booked, held and guarded (manual, chapter 1).

`needs` says what an operation asks for, `hours` what rosters and bays give, `models` keeps what is booked, `ledger` holds
and releases it, `offer` says which days still have room.
"""
