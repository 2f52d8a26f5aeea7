package io.outboxrelay.debezium;

import io.debezium.connector.common.BaseSourceTask;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import io.debezium.pipeline.EventDispatcher;
import io.debezium.pipeline.source.spi.DataChangeEventListener;
import io.debezium.pipeline.spi.Partition;
import java.lang.reflect.Field;

/**
 * What Debezium tells of each event to whoever asks by JMX. It writes the key of every one as JSON, by a writer that it makes for that,
 * which takes a third of the time in which it reads and most of the garbage; and no setting is against it. The relay has figures of its
 * own, so the events go uncounted there. No method of Debezium's leads to where that is set, so this looks into its fields.
 */
final class EventFigures {

    private static final Field COORDINATOR = field(BaseSourceTask.class, "coordinator");
    private static final Field DISPATCHER = field(ChangeEventSourceCoordinator.class, "eventDispatcher");

    private EventFigures() {}

    private static Field field(Class<?> of, String name) {
        try {
            Field field = of.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("another version of Debezium than the one that this was built with", e);
        }
    }

    /** None from now on. To be called once the connector streams: until then it sets them itself. */
    static void silence(BaseSourceTask<?, ?> streaming) {
        try {
            Object coordinator = COORDINATOR.get(streaming);
            if (coordinator != null && DISPATCHER.get(coordinator) instanceof EventDispatcher<?, ?> dispatcher) {
                silence(dispatcher);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <P extends Partition> void silence(EventDispatcher<P, ?> dispatcher) {
        dispatcher.setEventListener(DataChangeEventListener.NO_OP());
    }
}
