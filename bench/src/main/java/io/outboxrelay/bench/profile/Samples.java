package io.outboxrelay.bench.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** Which methods were seen at work. JFR looks at threads that run Java code; what they spend in system calls it does not see. */
final class Samples {
    private static final String EVENT = "jdk.ExecutionSample";

    private Samples() {}

    /** The stacks of a recording's samples between two instants, each from the thread's name to the innermost method. */
    static CallTree in(Path recording, Instant from, Instant to) throws IOException {
        CallTree tree = new CallTree("all threads");
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals(EVENT)
                        && !event.getStartTime().isBefore(from)
                        && !event.getStartTime().isAfter(to)) {
                    tree.add(stack(event));
                }
            }
        }
        return tree;
    }

    private static List<String> stack(RecordedEvent event) {
        List<String> stack = new ArrayList<>();
        RecordedStackTrace trace = event.getStackTrace();
        if (trace != null) {
            trace.getFrames().stream()
                    .filter(RecordedFrame::isJavaFrame)
                    .map(frame -> name(frame.getMethod()))
                    .forEach(stack::add);
        }
        RecordedThread thread = event.getThread("sampledThread");
        stack.add(thread == null || thread.getJavaName() == null ? "(unknown thread)" : thread.getJavaName());
        Collections.reverse(stack);
        return stack;
    }

    /** Without what makes the name of a lambda another one in each JVM. */
    private static String name(RecordedMethod method) {
        String type = method.getType().getName().replaceFirst("\\$\\$Lambda.*", "\\$\\$Lambda");
        return type + "." + method.getName();
    }
}
