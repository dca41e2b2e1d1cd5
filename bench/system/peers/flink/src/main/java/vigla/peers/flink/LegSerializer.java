package vigla.peers.flink;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import vigla.peers.w1.Leg;
import vigla.peers.w1.LegCodec;

/** Legs on their way to their account's task: the account, a length, the codec's bytes. Hot. */
final class LegSerializer extends TypeSerializer<Leg> {
  private static final long serialVersionUID = 1;

  private transient byte[] buffer;

  @Override
  public void serialize(Leg leg, DataOutputView to) throws IOException {
    StringSerializer.INSTANCE.serialize(leg.account, to);
    final byte[] bytes = LegCodec.encode(leg);
    to.writeInt(bytes.length);
    to.write(bytes);
  }

  @Override
  public Leg deserialize(DataInputView from) throws IOException {
    return deserialize(new Leg(), from);
  }

  @Override
  public Leg deserialize(Leg reuse, DataInputView from) throws IOException {
    reuse.account = StringSerializer.INSTANCE.deserialize(from);
    final int size = from.readInt();
    if (buffer == null || buffer.length < size) buffer = new byte[Math.max(256, size)];
    from.readFully(buffer, 0, size);
    LegCodec.decode(buffer, size, reuse);
    return reuse;
  }

  @Override
  public void copy(DataInputView from, DataOutputView to) throws IOException {
    StringSerializer.INSTANCE.copy(from, to);
    final int size = from.readInt();
    to.writeInt(size);
    to.write(from, size);
  }

  @Override
  public Leg copy(Leg from) {
    return copy(from, new Leg());
  }

  @Override
  public Leg copy(Leg from, Leg reuse) {
    from.copyTo(reuse);
    return reuse;
  }

  @Override
  public Leg createInstance() {
    return new Leg();
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public TypeSerializer<Leg> duplicate() {
    return new LegSerializer();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LegSerializer;
  }

  @Override
  public int hashCode() {
    return LegSerializer.class.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<Leg> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Found by name when a checkpoint is restored. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Leg> {
    public Snapshot() {
      super(LegSerializer::new);
    }
  }
}
