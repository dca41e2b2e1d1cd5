package vigla.peers.streams;

import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import vigla.peers.w1.AccountLedger;
import vigla.peers.w1.LedgerCodec;

/** Ledgers as a store's values. Hot. */
final class LedgerSerde implements Serde<AccountLedger> {
  @Override
  public Serializer<AccountLedger> serializer() {
    return (topic, ledger) -> ledger == null ? null : LedgerCodec.encode(ledger);
  }

  @Override
  public Deserializer<AccountLedger> deserializer() {
    return (topic, bytes) -> bytes == null ? null : LedgerCodec.decode(bytes, 0);
  }
}
