package vigla.peers.flink;

import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import vigla.peers.w1.PaidTable;
import vigla.peers.w1.PaidTableCodec;

/** Tables of payments as state on the heap. Hot. */
final class PaidTableSerializer extends BytesSerializer<PaidTable> {
  private static final long serialVersionUID = 1;

  @Override
  int size(PaidTable table) {
    return PaidTableCodec.size(table);
  }

  @Override
  void encode(PaidTable table, byte[] to) {
    PaidTableCodec.encode(table, to, 0);
  }

  @Override
  PaidTable decode(byte[] from) {
    return PaidTableCodec.decode(from, 0);
  }

  @Override
  public PaidTable copy(PaidTable from) {
    return from.copy();
  }

  @Override
  public PaidTable createInstance() {
    return new PaidTable();
  }

  @Override
  public TypeSerializer<PaidTable> duplicate() {
    return new PaidTableSerializer();
  }

  @Override
  public TypeSerializerSnapshot<PaidTable> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Found by name when a checkpoint is restored. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<PaidTable> {
    public Snapshot() {
      super(PaidTableSerializer::new);
    }
  }
}
