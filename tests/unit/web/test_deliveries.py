"""The questions that wait: none twice, none lost, none out of order."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import ConversationStoreError
from web.deliveries import Asked, Delivery, DeliveryStore

NOW = 1_000.0
LEASE = 60.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deliveries.sqlite3"


@pytest.fixture
def store(path: Path) -> DeliveryStore:
    return DeliveryStore(path)


def asked(*names: str, conversation: str = "talk", thread: str | None = None, question: str = "How long?") -> Asked:
    return Asked("webhook", names, question, {"url": "http://chat.example/1"}, conversation, thread)


def claimed(store: DeliveryStore, now: float = NOW) -> Delivery:
    delivery = store.claim(now, LEASE)
    assert delivery is not None
    return delivery


class TestAccept:
    def test_a_question_comes_out_as_it_went_in(self, store: DeliveryStore) -> None:
        given = replace(asked("a", question="¿Cuánto dura? 🚰"), progress={"turn": 3})
        assert store.accept(given, NOW)
        delivery = claimed(store)
        assert (delivery.channel, delivery.conversation_id, delivery.question) == ("webhook", "talk", given.question)
        assert (delivery.address, delivery.progress) == (given.address, {"turn": 3})
        assert (delivery.attempts, delivery.accepted_at) == (1, NOW)

    @pytest.mark.parametrize(
        "deliveries",
        [
            [("event 1", "message 1"), ("event 2", "message 1")],
            [("event 1", "message 1"), ("message 1", "event 2")],
            [("event 1", "message 1"), ("event 1",)],
            [("message 1",), ("event 1", "message 1")],
            [("event 1", "message 1"), ("event 2", "message 1"), ("event 2", "message 2")],
        ],
    )
    def test_what_shares_a_name_is_one_question_in_whatever_order_it_comes(
        self, store: DeliveryStore, deliveries: list[tuple[str, ...]]
    ) -> None:
        accepted = [store.accept(asked(*names), NOW) for names in deliveries]
        assert accepted == [True] + [False] * (len(deliveries) - 1)
        assert store.waiting() == 1

    def test_a_duplicate_is_known_after_its_question_was_answered(self, store: DeliveryStore) -> None:
        store.accept(asked("a"), NOW)
        assert store.finish(claimed(store))
        assert not store.accept(asked("a"), NOW + 5)
        assert store.waiting() == 0

    def test_questions_without_a_name_are_all_accepted(self, store: DeliveryStore) -> None:
        assert [store.accept(asked(), NOW) for _ in range(3)] == [True] * 3

    def test_names_outlast_the_process(self, store: DeliveryStore, path: Path) -> None:
        store.accept(asked("a"), NOW)
        assert not DeliveryStore(path).accept(asked("a"), NOW)

    def test_forgotten_names_are_new_again_and_the_others_are_not(self, store: DeliveryStore) -> None:
        store.accept(asked("old"), NOW)
        store.accept(asked("new"), NOW + 10)
        store.forget_names(NOW + 10)
        assert store.accept(asked("old"), NOW + 20)
        assert not store.accept(asked("new"), NOW + 20)

    def test_forgetting_names_keeps_the_questions(self, store: DeliveryStore) -> None:
        store.accept(asked("a"), NOW)
        store.forget_names(NOW + 10)
        assert store.waiting() == 1

    def test_a_duplicate_accepted_by_many_at_once_is_accepted_by_one(self, path: Path) -> None:
        stores = [DeliveryStore(path) for _ in range(4)]
        with ThreadPoolExecutor(8) as threads:
            accepted = list(threads.map(lambda n: stores[n % 4].accept(asked("a", f"event {n}"), NOW), range(40)))
        assert accepted.count(True) == 1
        assert stores[0].waiting() == 1


class TestClaim:
    def test_nothing_waits_at_first(self, store: DeliveryStore) -> None:
        assert store.claim(NOW, LEASE) is None

    def test_conversations_are_taken_in_the_order_they_came(self, store: DeliveryStore) -> None:
        for name in "abc":
            store.accept(asked(name, conversation=name), NOW)
        assert [claimed(store).conversation_id for _ in "abc"] == ["a", "b", "c"]

    def test_a_question_in_work_is_not_given_out_until_its_lease_ends(self, store: DeliveryStore) -> None:
        store.accept(asked("a"), NOW)
        claimed(store)
        assert store.claim(NOW + LEASE - 0.5, LEASE) is None
        assert claimed(store, NOW + LEASE).attempts == 2

    def test_a_follow_up_waits_until_the_question_ahead_of_it_is_finished(self, store: DeliveryStore) -> None:
        store.accept(asked("first", question="first"), NOW)
        store.accept(asked("second", question="second"), NOW)
        first = claimed(store)
        assert store.claim(NOW, LEASE) is None
        assert store.finish(first)
        assert claimed(store).question == "second"

    def test_a_follow_up_does_not_pass_a_question_that_was_put_off(self, store: DeliveryStore) -> None:
        store.accept(asked("first", question="first"), NOW)
        store.accept(asked("second", question="second"), NOW)
        assert store.release(claimed(store), NOW + 300)
        assert store.claim(NOW + 299, LEASE) is None
        assert claimed(store, NOW + 300).question == "first"

    def test_a_question_put_off_does_not_hold_up_other_conversations(self, store: DeliveryStore) -> None:
        store.accept(asked("a"), NOW)
        store.accept(asked("b", conversation="other"), NOW)
        store.release(claimed(store), NOW + 300)
        assert claimed(store).conversation_id == "other"

    def test_no_question_is_given_to_two_workers(self, path: Path) -> None:
        stores = [DeliveryStore(path) for _ in range(2)]
        for number in range(200):
            stores[0].accept(asked(f"name {number}", conversation=f"talk {number % 50}"), NOW)

        def work(worker: int) -> list[int]:
            mine = []
            while stores[0].waiting():
                delivery = stores[worker % 2].claim(NOW, LEASE)
                if delivery is not None:
                    mine.append(delivery.id)
                    assert stores[worker % 2].finish(delivery)
            return mine

        with ThreadPoolExecutor(8) as threads:
            ids = [number for mine in threads.map(work, range(8)) for number in mine]
        assert len(ids) == len(set(ids)) == 200


class TestFencing:
    """A worker whose lease ran out may no longer touch the question."""

    @pytest.fixture
    def stale(self, store: DeliveryStore) -> Delivery:
        store.accept(asked("a"), NOW)
        return claimed(store)

    def test_its_worker_may_note_release_and_finish_it(self, store: DeliveryStore, stale: Delivery) -> None:
        assert store.note(stale, {"turn": 1}, NOW + 90)
        assert store.release(stale, NOW + 1)
        assert store.finish(stale)
        assert store.waiting() == 0

    def test_progress_reaches_the_next_attempt(self, store: DeliveryStore, stale: Delivery) -> None:
        store.note(stale, {"turn": 1, "posted": ["1.2"]}, NOW + 90)
        assert claimed(store, NOW + 90).progress == {"turn": 1, "posted": ["1.2"]}

    def test_a_note_renews_the_lease(self, store: DeliveryStore, stale: Delivery) -> None:
        store.note(stale, {}, NOW + 2 * LEASE)
        assert store.claim(NOW + 2 * LEASE - 1, LEASE) is None

    def test_whoever_lost_it_can_change_nothing(self, store: DeliveryStore, stale: Delivery) -> None:
        current = claimed(store, NOW + LEASE)
        assert not store.note(stale, {"turn": 9}, NOW)
        assert not store.release(stale, NOW)
        assert not store.finish(stale)
        assert store.waiting() == 1
        assert store.claim(NOW + LEASE, LEASE) is None
        assert store.finish(current)

    def test_what_is_finished_cannot_be_finished_again(self, store: DeliveryStore, stale: Delivery) -> None:
        assert store.finish(stale)
        assert not store.finish(stale)


class TestThreads:
    def test_a_threads_first_question_begins_its_conversation(self, store: DeliveryStore) -> None:
        assert store.conversation_of("thread") is None
        store.accept(asked("a", conversation="one", thread="thread"), NOW)
        assert store.conversation_of("thread") == "one"

    def test_a_later_question_goes_on_with_it(self, store: DeliveryStore) -> None:
        store.accept(asked("a", conversation="one", thread="thread"), NOW)
        store.accept(asked("b", conversation="two", thread="thread"), NOW)
        store.finish(claimed(store))
        assert claimed(store).conversation_id == "one"

    def test_a_question_outside_threads_keeps_its_own(self, store: DeliveryStore) -> None:
        store.accept(asked("a", conversation="one", thread="thread"), NOW)
        store.accept(asked("b", conversation="two"), NOW)
        store.finish(claimed(store))
        assert claimed(store).conversation_id == "two"

    def test_a_duplicate_does_not_take_a_thread(self, store: DeliveryStore) -> None:
        store.accept(asked("a", conversation="one"), NOW)
        store.accept(asked("a", conversation="two", thread="thread"), NOW)
        assert store.conversation_of("thread") is None

    def test_a_thread_bound_again_goes_on_with_the_other(self, store: DeliveryStore) -> None:
        store.bind("thread", "one")
        store.bind("thread", "two")
        assert store.conversation_of("thread") == "two"


class TestWhatFails:
    def test_a_damaged_file_is_one_sentence(self, path: Path) -> None:
        path.write_bytes(b"no database at all" * 100)
        with pytest.raises(ConversationStoreError) as caught:
            DeliveryStore(path)
        self.check_sentence(str(caught.value), path)

    def test_a_file_damaged_later_is_too(self, store: DeliveryStore, path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TABLE delivery")
        connection.close()
        with pytest.raises(ConversationStoreError) as caught:
            store.claim(NOW, LEASE)
        self.check_sentence(str(caught.value), path)

    def test_a_folder_that_cannot_be_made_is_too(self, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("a file")
        path = tmp_path / "taken" / "deliveries.sqlite3"
        with pytest.raises(ConversationStoreError) as caught:
            DeliveryStore(path)
        self.check_sentence(str(caught.value), path)

    def test_a_folder_in_its_place_is_too(self, path: Path) -> None:
        path.mkdir()
        with pytest.raises(ConversationStoreError) as caught:
            DeliveryStore(path)
        self.check_sentence(str(caught.value), path)

    @staticmethod
    def check_sentence(message: str, path: Path) -> None:
        assert message.startswith(f"The waiting questions in {path} can't be used (")
        assert message.endswith(".")
        assert "\n" not in message
