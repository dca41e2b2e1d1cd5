package vigla.peers.flink;

import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import vigla.peers.w1.AccountLedger;
import vigla.peers.w1.LedgerCodec;

/** Ledgers as state. Hot. */
final class LedgerSerializer extends BytesSerializer<AccountLedger> {
  private static final long serialVersionUID = 1;

  @Override
  int size(AccountLedger ledger) {
    return LedgerCodec.size(ledger);
  }

  @Override
  void encode(AccountLedger ledger, byte[] to) {
    LedgerCodec.encode(ledger, to, 0);
  }

  @Override
  AccountLedger decode(byte[] from) {
    return LedgerCodec.decode(from, 0);
  }

  @Override
  public AccountLedger copy(AccountLedger from) {
    return from.copy();
  }

  @Override
  public AccountLedger createInstance() {
    return new AccountLedger();
  }

  @Override
  public TypeSerializer<AccountLedger> duplicate() {
    return new LedgerSerializer();
  }

  @Override
  public TypeSerializerSnapshot<AccountLedger> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Found by name when a checkpoint is restored. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<AccountLedger> {
    public Snapshot() {
      super(LedgerSerializer::new);
    }
  }
}
