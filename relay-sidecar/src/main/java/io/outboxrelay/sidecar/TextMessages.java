package io.outboxrelay.sidecar;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.outbox.OutboxMessage;
import java.io.PrintWriter;
import java.time.Instant;

/** One line for each message, for people. */
final class TextMessages implements MessagePrinter {

    private static final int BYTES_SHOWN_MAX = 200;

    private final PrintWriter out;
    private final boolean showPayload;

    TextMessages(PrintWriter out, boolean showPayload) {
        this.out = out;
        this.showPayload = showPayload;
    }

    @Override
    public void message(OutboxMessage message) {
        StringBuilder line = new StringBuilder(message.topic());
        byte[] key = message.key();
        line.append(key == null ? "  no key" : "  key=" + ShownBytes.line(key, BYTES_SHOWN_MAX));
        byte[] value = message.value();
        line.append("  ").append(value == null ? "tombstone" : "payload of " + bytes(value.length));
        if (message.timestampMillis() != OutboxMessage.NO_TIMESTAMP) {
            line.append("  at ").append(Instant.ofEpochMilli(message.timestampMillis()));
        }
        for (OutboxMessage.Header header : message.headers()) {
            line.append("  ")
                    .append(ShownBytes.escaped(header.name()))
                    .append('=')
                    .append(ShownBytes.line(header.value(), BYTES_SHOWN_MAX));
        }
        out.println(line);
        if (showPayload && value != null) {
            out.println("    " + ShownBytes.line(value, PAYLOAD_BYTES_SHOWN_MAX));
        }
    }

    @Override
    public void unpublishable(String id, Failure failure) {
        for (Problem problem : failure.problems()) {
            out.println("! " + ShownBytes.escaped(problem.what()));
            out.println("    -> " + ShownBytes.escaped(problem.remedy()));
        }
    }

    @Override
    public void end(String table, Tally tally, boolean more) {
        String messages = tally.messages() == 1 ? "1 message" : tally.messages() + " messages";
        out.println(messages + " of " + table
                + (tally.unpublishable() == 0
                        ? ""
                        : ", and " + tally.unpublishable()
                                + (tally.unpublishable() == 1 ? " row" : " rows")
                                + " that cannot be published: a relay would halt at the first")
                + (more ? "; there may be more" : "; that is all that stands now"));
    }

    private static String bytes(int count) {
        return count == 1 ? "1 byte" : count + " bytes";
    }
}
