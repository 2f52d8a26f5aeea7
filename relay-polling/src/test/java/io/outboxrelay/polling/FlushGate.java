package io.outboxrelay.polling;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Stops the reader where it has read rows, and is about to make sure that their commits are durable before it hands them out.
 * One thread closes and opens it; the source's thread waits at it.
 */
final class FlushGate {
    private static final String FLUSH = "pg_logical_emit_message";

    private final Supplier<Connection> connections;
    private final AtomicReference<Closed> gate = new AtomicReference<>();

    private record Closed(CountDownLatch reached, CountDownLatch opened) {}

    FlushGate(Supplier<Connection> connections) {
        this.connections = connections;
    }

    /** A connection whose flushes come past this gate. */
    Connection open() {
        Connection connection = connections.get();
        return proxy(Connection.class, (method, arguments) -> {
            Object result = invoke(connection, method, arguments);
            return method.getName().equals("createStatement") ? gated((Statement) result) : result;
        });
    }

    void shut() {
        gate.set(new Closed(new CountDownLatch(1), new CountDownLatch(1)));
    }

    /** Whether the reader waits at the gate. */
    boolean isReached() {
        return gate.get().reached().getCount() == 0;
    }

    void letPass() {
        gate.getAndSet(null).opened().countDown();
    }

    private Statement gated(Statement statement) {
        return proxy(Statement.class, (method, arguments) -> {
            Closed closed = gate.get();
            if (closed != null && arguments != null && arguments[0] instanceof String sql && sql.contains(FLUSH)) {
                closed.reached().countDown();
                closed.opened().await();
            }
            return invoke(statement, method, arguments);
        });
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, Calls calls) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> calls.call(method, arguments)));
    }

    private interface Calls {
        Object call(Method method, Object[] arguments) throws Throwable;
    }
}
