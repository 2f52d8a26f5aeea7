package io.outboxrelay.bench.throughput;

/** Of Debezium alone: it counts what comes out of it, and has nothing more to do. */
final class EngineSigns implements DrainSigns {
    private final SharedCount count;

    EngineSigns(SharedCount count) {
        this.count = count;
    }

    @Override
    public long records() {
        return count.get();
    }

    @Override
    public boolean looksDone() {
        return true;
    }

    @Override
    public String left() {
        return "";
    }

    @Override
    public void close() {}
}
