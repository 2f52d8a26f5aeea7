package io.outboxrelay.outbox;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Makes the threads of a relay. Where a process runs several pipelines, each thread bears the name of its own, and so does every
 * line that it logs: a thread belongs to the pipeline of the thread that made it.
 */
public final class PipelineThreads {

    /** What the name of the pipeline is kept under with each line of the log; nothing is, where there is only one. */
    public static final String PIPELINE = "pipeline";

    private PipelineThreads() {}

    /** A daemon thread that was not started yet, for the pipeline of the thread that calls this. */
    public static Thread daemon(String role, Runnable work) {
        Thread thread = of(role, work);
        thread.setDaemon(true);
        return thread;
    }

    /** The same, for a thread that the process waits for. */
    public static Thread of(String role, Runnable work) {
        String pipeline = MDC.get(PIPELINE);
        return pipeline == null
                ? new Thread(work, role)
                : new Thread(() -> runFor(pipeline, work), role + "-" + pipeline);
    }

    /** Does something for a pipeline on this thread; for none where the name is null. */
    public static void runFor(@Nullable String pipeline, Runnable work) {
        callFor(pipeline, () -> {
            work.run();
            return pipeline;
        });
    }

    /** The same, with a result. */
    public static <T extends @Nullable Object> T callFor(@Nullable String pipeline, Supplier<T> work) {
        String before = MDC.get(PIPELINE);
        set(pipeline);
        try {
            return work.get();
        } finally {
            set(before);
        }
    }

    private static void set(@Nullable String pipeline) {
        if (pipeline == null) {
            MDC.remove(PIPELINE);
        } else {
            MDC.put(PIPELINE, pipeline);
        }
    }
}
