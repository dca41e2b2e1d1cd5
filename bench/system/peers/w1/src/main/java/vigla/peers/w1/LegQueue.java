package vigla.peers.w1;

import java.util.Arrays;

/**
 * Entries of one direction in order of time, then of arrival, in one array of longs; the first
 * column is the time. Appending and dropping from the front are amortised O(1). Hot.
 */
final class LegQueue {
  private static final long[] EMPTY = {};
  private static final int FIRST_ENTRIES = 2; // most accounts have few

  final int columns;
  long[] cells = EMPTY;
  int first; // index in cells of the oldest entry's first column
  int size;

  LegQueue(int columns) {
    this.columns = columns;
  }

  long time(int index) {
    return cells[first + index * columns];
  }

  long get(int index, int column) {
    return cells[first + index * columns + column];
  }

  void set(int index, int column, long value) {
    cells[first + index * columns + column] = value;
  }

  /** Number of entries at or before the time. */
  int upTo(long time) {
    int low = 0;
    for (int high = size; low < high; ) {
      final int middle = (low + high) >>> 1;
      if (time(middle) <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Makes room for an entry before the one at `index`; its columns are then to be set. */
  void insert(int index) {
    final int used = size * columns;
    if (first + used + columns > cells.length) makeRoom(used);
    final int from = first + index * columns;
    if (index < size) System.arraycopy(cells, from, cells, from + columns, used - index * columns);
    ++size;
  }

  void dropOldest(int count) {
    first += count * columns;
    size -= count;
    if (size == 0) first = 0;
  }

  void copyTo(LegQueue to) {
    final int used = size * columns;
    to.cells = used == 0 ? EMPTY : Arrays.copyOfRange(cells, first, first + used);
    to.first = 0;
    to.size = size;
  }

  /** Slides to the front where that frees at least half, else grows by half. */
  private void makeRoom(int used) {
    final boolean slides = used + Math.max(used, columns) <= cells.length;
    final long[] target =
        slides ? cells : new long[Math.max(FIRST_ENTRIES * columns, used + used / 2 + columns)];
    System.arraycopy(cells, first, target, 0, used);
    cells = target;
    first = 0;
  }
}
