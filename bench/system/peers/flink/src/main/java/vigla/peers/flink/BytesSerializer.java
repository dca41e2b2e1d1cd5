package vigla.peers.flink;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A state's serializer around a codec of the core: a length, then the codec's bytes, through one
 * buffer that is reused. Hot. Flink gives each thread a duplicate.
 */
abstract class BytesSerializer<T> extends TypeSerializer<T> {
  private transient byte[] buffer;

  abstract int size(T value);

  abstract void encode(T value, byte[] to);

  abstract T decode(byte[] from);

  @Override
  public void serialize(T value, DataOutputView to) throws IOException {
    final int size = size(value);
    encode(value, buffer(size));
    to.writeInt(size);
    to.write(buffer, 0, size);
  }

  @Override
  public T deserialize(DataInputView from) throws IOException {
    final int size = from.readInt();
    from.readFully(buffer(size), 0, size);
    return decode(buffer);
  }

  @Override
  public T deserialize(T reuse, DataInputView from) throws IOException {
    return deserialize(from);
  }

  @Override
  public void copy(DataInputView from, DataOutputView to) throws IOException {
    final int size = from.readInt();
    to.writeInt(size);
    to.write(from, size);
  }

  @Override
  public T copy(T from, T reuse) {
    return copy(from);
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
  public boolean equals(Object other) {
    return other != null && other.getClass() == getClass();
  }

  @Override
  public int hashCode() {
    return getClass().hashCode();
  }

  private byte[] buffer(int size) {
    if (buffer == null || buffer.length < size) buffer = new byte[Math.max(1024, 2 * size)];
    return buffer;
  }
}
