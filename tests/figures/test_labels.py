from hypothesis import given
from hypothesis import strategies as st

from explorer.figures.labels import distinct


def test_different_names_stay_as_they_are():
    assert distinct(["cat", "dog"]) == ["cat", "dog"]


@given(st.lists(st.sampled_from(["cat", "dog", ""]), min_size=1, max_size=10))
def test_places_are_never_shared(names):
    places = distinct(names)
    assert len(set(places)) == len(names)
    assert all(place.endswith(name) for place, name in zip(places, names, strict=True))
