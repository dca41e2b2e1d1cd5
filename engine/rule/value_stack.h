// The values that a running program holds at the moment. Hot.
#pragma once

#include <new>
#include <type_traits>

#include "engine/rule/program.h"
#include "engine/rule/value.h"

namespace vigla::evaluation {

// A stack of values that are constructed where they are pushed.
class ValueStack {
 public:
  ValueStack() {}
  void Push(const Value& value) { new (Place(size_++)) Value(value); }
  // Where a value is to be constructed that the caller then counts by Grow.
  void* Next() { return Place(size_); }
  void Grow() { ++size_; }
  Value& Top() { return *Place(size_ - 1); }
  const Value& At(int index) { return *Place(index); }
  Value* Last(int count) { return Place(size_ - count); }
  void Pop(int count) { size_ -= count; }

 private:
  Value* Place(int index) { return reinterpret_cast<Value*>(bytes_) + index; }

  alignas(Value) unsigned char bytes_[sizeof(Value) * Program::kStackDepthMax];
  int size_ = 0;
};
static_assert(std::is_trivially_copyable_v<Value> && std::is_trivially_destructible_v<Value>);

}  // namespace vigla::evaluation
