package io.outboxrelay.sidecar;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.sidecar.management.Json;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One JSON object a line, for programs. Bytes that are no UTF-8 come in Base64, under a name that says so. */
final class JsonMessages implements MessagePrinter {

    private final PrintWriter out;
    private final String pipeline;
    private final boolean showPayload;

    /** @param pipeline whose messages they are */
    JsonMessages(PrintWriter out, String pipeline, boolean showPayload) {
        this.out = out;
        this.pipeline = pipeline;
        this.showPayload = showPayload;
    }

    @Override
    public void message(OutboxMessage message) {
        Map<String, @Nullable Object> line =
                Json.object("pipeline", pipeline, "id", message.id(), "topic", message.topic());
        put(line, "key", message.key());
        if (message.timestampMillis() != OutboxMessage.NO_TIMESTAMP) {
            line.put("timestamp", message.timestampMillis());
        }
        byte[] value = message.value();
        line.put("payloadBytes", value == null ? null : value.length);
        Map<String, @Nullable Object> headers = Json.object();
        message.headers().forEach(header -> put(headers, header.name(), header.value()));
        line.put("headers", headers);
        if (showPayload && value != null) {
            String text = ShownBytes.text(value, PAYLOAD_BYTES_SHOWN_MAX);
            if (text == null) {
                put(line, "payload", Arrays.copyOf(value, Math.min(value.length, PAYLOAD_BYTES_SHOWN_MAX)));
            } else {
                line.put("payload", text);
            }
        }
        out.println(Json.text(line));
    }

    @Override
    public void unpublishable(String id, Failure failure) {
        Problem problem = failure.problems().get(0);
        out.println(Json.text(Json.object(
                "pipeline",
                pipeline,
                "id",
                id.isEmpty() ? null : id,
                "unpublishable",
                problem.what(),
                "remedy",
                problem.remedy())));
    }

    @Override
    public void end(String table, Tally tally, boolean more) {
        // Whoever reads lines counts them.
    }

    private static void put(Map<String, @Nullable Object> object, String name, byte @Nullable [] value) {
        String text = value == null ? null : ShownBytes.text(value, value.length);
        if (value != null && text == null) {
            object.put(name + "Base64", Base64.getEncoder().encodeToString(value));
        } else {
            object.put(name, text);
        }
    }
}
