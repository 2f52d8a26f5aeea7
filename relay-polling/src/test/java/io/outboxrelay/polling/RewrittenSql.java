package io.outboxrelay.polling;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Connections whose SQL is changed on its way to the server, all but that of COPY. */
final class RewrittenSql {
    private final Supplier<Connection> connections;
    private final UnaryOperator<String> change;

    RewrittenSql(Supplier<Connection> connections, UnaryOperator<String> change) {
        this.connections = connections;
        this.change = change;
    }

    Connection open() {
        Connection connection = connections.get();
        return proxy(
                Connection.class,
                connection,
                (method, result) -> method.getName().equals("createStatement")
                        ? proxy(Statement.class, (Statement) result, (of, it) -> it)
                        : result);
    }

    private <T> T proxy(Class<T> type, T target, Results results) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return results.of(method, method.invoke(target, changed(arguments)));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private Object[] changed(Object[] arguments) {
        return arguments == null
                ? null
                : Arrays.stream(arguments)
                        .map(it -> it instanceof String sql ? change.apply(sql) : it)
                        .toArray();
    }

    private interface Results {
        Object of(Method method, Object result);
    }
}
