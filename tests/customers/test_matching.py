"""Plates, numbers and VINs compare equal in whatever notation they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.customers.matching import PLATE_SEPARATORS, phone_key, plate_key, vin_key, vin_warning
from servicedesk.customers.models import Vehicle
from servicedesk.staff.models import ServiceCentre

TAIPEI, SHANGHAI, ELSEWHERE = (ServiceCentre(region=region) for region in ("tw", "cn", "other"))


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("BKQ-5821", "BKQ5821"),
        ("bkq 5821", "BKQ5821"),
        ("ＢＫＱ－５８２１", "BKQ5821"),
        ("BKQ・5821", "BKQ5821"),
        ("粤B·12345", "粤B12345"),
        ("粤B 12345", "粤B12345"),
        ("滬A・D12345", "滬AD12345"),
        ("", ""),
        (" - ", ""),
    ],
)
def test_plate_key(typed, key):
    assert plate_key(typed) == key


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["ｂｋｑ－５８２１", "粤B·12345", "A.B/C\\1,2:3'4", '"5(6)_7―8−9', "‐‑‒–—", "BKQ\u30005821", ""]
)
def test_the_database_computes_the_same_key(customer, typed):
    car = Vehicle.objects.create(customer=customer, plate=typed)
    assert car.plate_key == plate_key(typed)


@given(st.text(alphabet=st.sampled_from("ABCabc019- .·・－Ａａ０粤滬"), max_size=16))
def test_a_key_is_its_own_key_and_has_no_separator(typed):
    key = plate_key(typed)
    assert plate_key(key) == key
    assert not set(key) & set(" -.·・－")


def test_separators_are_one_character_class():
    assert PLATE_SEPARATORS.startswith("[-")


@pytest.mark.parametrize(
    ("typed", "centre", "key"),
    [
        ("0912-345-678", TAIPEI, "+886912345678"),
        ("０９１２３４５６７８", TAIPEI, "+886912345678"),
        ("+886 912 345 678", SHANGHAI, "+886912345678"),
        ("(02) 2345-6789", TAIPEI, "+886223456789"),
        ("138 0013 8000", SHANGHAI, "+8613800138000"),
        ("+85291234567", ELSEWHERE, "+85291234567"),
        ("91234567", ELSEWHERE, ""),
        ("12", TAIPEI, ""),
        ("hello", TAIPEI, ""),
        ("", TAIPEI, ""),
        ("+" + "9" * 400, TAIPEI, ""),
    ],
)
def test_phone_key(typed, centre, key):
    assert phone_key(typed, centre) == key


def test_vin_key():
    assert vin_key(" jtm-w43fv 90d123456\n") == "JTMW43FV90D123456"


@pytest.mark.parametrize(
    ("vin", "warned"),
    [
        ("", False),
        ("1HGCM82633A004352", False),  # the check digit is right
        ("1HGCM82643A004352", True),  # and here it is not
        ("LSVAA49J132047371", False),  # Chinese
        ("WVWZZZ1KZAW000001", False),  # European: ZZZ fails every check digit
        ("JTMW43FV90D12345", True),  # 16 characters
        ("JTMW43FV90D12345O", True),  # the letter O
    ],
)
def test_vin_warning(vin, warned):
    assert bool(vin_warning(vin)) is warned
