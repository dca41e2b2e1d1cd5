package vigla.peers.w1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in byte arrays, little endian: one instruction each. Hot. */
final class Bytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Bytes() {}

  static long getLong(byte[] from, int at) {
    return (long) LONG.get(from, at);
  }

  static void putLong(byte[] to, int at, long value) {
    LONG.set(to, at, value);
  }

  static int getInt(byte[] from, int at) {
    return (int) INT.get(from, at);
  }

  static void putInt(byte[] to, int at, int value) {
    INT.set(to, at, value);
  }

  static int getLongs(byte[] from, int at, long[] to, int count) {
    for (int i = 0; i < count; ++i) to[i] = getLong(from, at + 8 * i);
    return at + 8 * count;
  }

  static int putLongs(byte[] to, int at, long[] from, int first, int count) {
    for (int i = 0; i < count; ++i) putLong(to, at + 8 * i, from[first + i]);
    return at + 8 * count;
  }
}
