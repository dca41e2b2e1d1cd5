package vigla.peers.flink;

import org.apache.flink.api.common.serialization.SerializationSchema;

/** Alerts are bytes already; a class, since Flink infers no types from a lambda. Warm. */
final class AlertRecords implements SerializationSchema<byte[]> {
  private static final long serialVersionUID = 1;

  @Override
  public byte[] serialize(byte[] alert) {
    return alert;
  }
}
