package io.outboxrelay.sidecar;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.outbox.OutboxMessage;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;

/** One JSON object a line, for programs. Bytes that are no UTF-8 come in Base64, under a name that says so. */
final class JsonMessages implements MessagePrinter {

    private final PrintWriter out;
    private final String begin;
    private final boolean showPayload;

    /** @param pipeline whose messages they are */
    JsonMessages(PrintWriter out, String pipeline, boolean showPayload) {
        this.out = out;
        this.begin = "{\"pipeline\":" + quoted(pipeline) + ",\"id\":";
        this.showPayload = showPayload;
    }

    @Override
    public void message(OutboxMessage message) {
        StringBuilder line = new StringBuilder(begin)
                .append(quoted(message.id()))
                .append(",\"topic\":")
                .append(quoted(message.topic()));
        byte[] key = message.key();
        line.append(',').append(key == null ? "\"key\":null" : field("key", key));
        byte[] value = message.value();
        line.append(",\"payloadBytes\":").append(value == null ? "null" : String.valueOf(value.length));
        line.append(",\"headers\":{")
                .append(message.headers().stream()
                        .map(header -> field(header.name(), header.value()))
                        .collect(Collectors.joining(",")))
                .append('}');
        if (showPayload && value != null) {
            byte[] shown = Arrays.copyOf(value, Math.min(value.length, PAYLOAD_BYTES_SHOWN_MAX));
            String text = ShownBytes.text(value, PAYLOAD_BYTES_SHOWN_MAX);
            line.append(',').append(text == null ? field("payload", shown) : "\"payload\":" + quoted(text));
        }
        out.println(line.append('}'));
    }

    @Override
    public void unpublishable(String id, Failure failure) {
        Problem problem = failure.problems().get(0);
        out.println(begin + (id.isEmpty() ? "null" : quoted(id)) + ",\"unpublishable\":" + quoted(problem.what())
                + ",\"remedy\":" + quoted(problem.remedy()) + "}");
    }

    @Override
    public void end(String table, Tally tally, boolean more) {
        // Whoever reads lines counts them.
    }

    private static String field(String name, byte[] value) {
        String text = ShownBytes.text(value, value.length);
        return text == null
                ? quoted(name + "Base64") + ":\"" + Base64.getEncoder().encodeToString(value) + '"'
                : quoted(name) + ':' + quoted(text);
    }

    private static String quoted(String text) {
        return '"' + ShownBytes.escaped(text.replace("\\", "\\\\").replace("\"", "\\\"")) + '"';
    }
}
