package io.outboxrelay.testkit;

import io.outboxrelay.testkit.LinkFault.CutAfter;
import io.outboxrelay.testkit.LinkFault.Direction;
import io.outboxrelay.testkit.LinkFault.Refuse;
import io.outboxrelay.testkit.LinkFault.Reset;
import io.outboxrelay.testkit.LinkFault.Slow;
import io.outboxrelay.testkit.LinkFault.Stall;
import io.outboxrelay.testkit.LinkFault.Swallow;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.LockSupport;

/** The fault in force on a proxy, as its pumps apply it to each chunk. Safe to use from any thread. */
final class FaultyLink {
    private static final long STALL_RECHECK_MILLIS = 100;
    private static final int SLOW_STEPS_PER_SECOND = 50;

    private LinkFault fault = new LinkFault.None();
    private long bytesUntilCut;

    synchronized void set(LinkFault next) {
        fault = next;
        bytesUntilCut = next instanceof CutAfter cut ? cut.bytes() : 0;
        notifyAll();
    }

    synchronized LinkFault fault() {
        return fault;
    }

    /**
     * Does to a chunk what the fault demands, and blocks as long as that takes.
     *
     * @return how much of the chunk reached {@code out} or was swallowed; less than {@code length} resets the connection
     */
    int pass(byte[] chunk, int length, Direction direction, OutputStream out) throws IOException {
        LinkFault current = awaitNoStall();
        if (current instanceof Refuse || current instanceof Reset) {
            return 0;
        }
        if (current instanceof Swallow swallow && swallow.direction() == direction) {
            return length;
        }
        if (current instanceof Slow slow) {
            trickle(chunk, length, slow, out);
            return length;
        }
        int passed = current instanceof CutAfter cut && cut.direction() == direction ? takeUntilCut(length) : length;
        out.write(chunk, 0, passed);
        return passed;
    }

    private synchronized int takeUntilCut(int length) {
        int taken = (int) Math.min(bytesUntilCut, length);
        bytesUntilCut -= taken;
        return taken;
    }

    private synchronized LinkFault awaitNoStall() throws IOException {
        try {
            while (fault instanceof Stall) {
                wait(STALL_RECHECK_MILLIS);
            }
            return fault;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in a stall", e);
        }
    }

    private void trickle(byte[] chunk, int length, Slow slow, OutputStream out) throws IOException {
        int step = Math.max(1, slow.bytesPerSecond() / SLOW_STEPS_PER_SECOND);
        for (int sent = 0; sent < length; sent += step) {
            int now = Math.min(step, length - sent);
            if (fault().equals(slow)) {
                LockSupport.parkNanos(now * 1_000_000_000L / slow.bytesPerSecond());
            }
            out.write(chunk, sent, now);
        }
    }
}
