"""The triggers that stand for foreign keys; what they promise is tested where they are used."""

from organization.row_references import Reference, References


def test_only_what_may_change_is_looked_at_when_it_is_changed() -> None:
    found = list(References("t", (Reference("a", "x"), Reference("b", "y", changes=True)))._written())
    assert [statement.split(" ON ")[0] for statement in found if statement.startswith("CREATE TRIGGER")] == [
        "CREATE TRIGGER t_names_insert AFTER INSERT",
        "CREATE TRIGGER t_names_update AFTER UPDATE",
    ]
    asked = [("ANY (given.a)" in one, "ANY (given.b)" in one) for one in found[::2]]
    assert asked == [(True, True), (False, True)]
    assert [one.count("FROM written") for one in found[::2]] == [1, 1]


def test_rows_that_last_are_not_locked_and_only_emptying_is_looked_after() -> None:
    lasting = Reference("a", "x", lasting="named.final")
    assert "FOR KEY SHARE" in Reference("a", "x").missing()
    assert "FOR KEY SHARE" not in lasting.missing()
    assert "AND named.final" in lasting.missing()
    kept = [len(list(References("t", (one,))._kept())) for one in (Reference("a", "x"), lasting)]
    assert kept == [5, 2]
