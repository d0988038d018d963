"""The demonstration: a dealership that looks alive, written by the real services with the clock at the moment in question.

Loaded by `manage.py load_demo`, in demo mode only. The one room that may know all chapters; nothing imports it.
"""
