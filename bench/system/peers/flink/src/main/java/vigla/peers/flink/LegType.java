package vigla.peers.flink;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import vigla.peers.w1.Leg;

/** Tells Flink to use our serializer, not reflection. */
final class LegType extends TypeInformation<Leg> {
  private static final long serialVersionUID = 1;

  @Override
  public TypeSerializer<Leg> createSerializer(SerializerConfig config) {
    return new LegSerializer();
  }

  @Override
  public Class<Leg> getTypeClass() {
    return Leg.class;
  }

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public String toString() {
    return "Leg";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LegType;
  }

  @Override
  public int hashCode() {
    return LegType.class.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof LegType;
  }
}
