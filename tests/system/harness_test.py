"""The harness tells the truth: readers see committed records only, feeders ride out a crash.

Needs no Vigla. A test that stands on a wrong reader proves nothing.
"""

import unittest

import confluent_kafka

import feeder
import kafka_case
import outputs
import topics


class HarnessTest(kafka_case.KafkaCase):

    def transactional(self, identity):
        producer = confluent_kafka.Producer({"bootstrap.servers": self.broker.address,
                                             "transactional.id": identity})
        producer.init_transactions(30)
        return producer

    def test_readers_see_what_was_committed_and_nothing_else(self):
        topics.create(self.broker.address, {"mixed": 2})
        with topics.Follower(self.broker.address, "mixed") as follower:
            producer = self.transactional("mixed")
            for batch, commits in enumerate((True, False, True)):
                producer.begin_transaction()
                for index in range(10):
                    producer.produce("mixed", value=f"{batch}:{index}", key="k",
                                     partition=index % 2, headers={"batch": str(batch)})
                if commits:
                    producer.commit_transaction(30)
                else:
                    producer.flush(30)
                    producer.abort_transaction(30)
            open_one = self.transactional("open")
            open_one.begin_transaction()
            open_one.produce("mixed", value="never", partition=0)
            open_one.flush(30)

            dumped = topics.dump(self.broker.address, "mixed")
            self.assertEqual(sorted(record.value.decode() for record in dumped),
                             sorted(f"{batch}:{index}" for batch in (0, 2) for index in range(10)))
            self.assertEqual({record.header("batch") for record in dumped}, {"0", "2"})
            self.assertEqual(follower.wait_for(20), 20)
            self.assertEqual(sorted(follower.records), dumped)
            open_one.abort_transaction(30)

    def test_bytes_and_tombstones_arrive_as_they_were_written(self):
        topics.create(self.broker.address, {"bytes": 1}, {"max.message.bytes": "12000000"})
        values = [b"\x00\xff\n", None, b"", b"x" * 10_000_000, "ä".encode()]
        topics.produce(self.broker.address, "bytes", values, topics.round_robin(1))
        self.assertEqual([record.value for record in topics.dump(self.broker.address, "bytes")],
                         values)
        self.assertEqual([sorted(outputs.as_text(value)) for value in values[:3]],
                         [["value_base64"], ["value"], ["value"]])

    def test_a_feeder_rides_out_the_brokers_crash(self):
        topics.create(self.broker.address, {"fed": 4})
        values = [f"{index}".encode() for index in range(3000)]
        with topics.Follower(self.broker.address, "fed") as follower, \
                feeder.Feeder(self.broker.address, "fed", values,
                              lambda index, _: index % 4, 1000) as stream:
            follower.wait_for(500)
            self.broker.kill()
            self.broker.start()
            stream.finish()
            self.assertEqual(follower.wait_for(3000), 3000)
        dumped = topics.dump(self.broker.address, "fed")
        for partition in range(4):
            self.assertEqual([record.value for record in dumped if record.partition == partition],
                             values[partition::4])


if __name__ == "__main__":
    unittest.main()
