from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from explorer.figures.plot import distinct


@given(st.lists(st.sampled_from(["cat", "dog", ""]), min_size=1, max_size=10))
def test_names_are_places_of_their_own_and_stay_as_they_are_where_they_differ(names):
    places = distinct(names)
    assert len(set(places)) == len(names)
    assert all(place.endswith(name) for place, name in zip(places, names, strict=True))
    assert places == names or len(set(names)) < len(names)
