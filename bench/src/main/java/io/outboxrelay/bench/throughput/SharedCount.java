package io.outboxrelay.bench.throughput;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;

/** A number that one process writes and another reads, without either waiting. One writer; any reader. */
final class SharedCount {
    private final MappedByteBuffer memory;

    private SharedCount(MappedByteBuffer memory) {
        this.memory = memory;
    }

    /** In this file, which is made where it is not there; 0 at first. */
    static SharedCount in(Path file) {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(Long.BYTES);
            return new SharedCount(opened.getChannel().map(MapMode.READ_WRITE, 0, Long.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot map " + file, e);
        }
    }

    void set(long count) {
        memory.putLong(0, count);
    }

    long get() {
        return memory.getLong(0);
    }
}
