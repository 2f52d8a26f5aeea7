package io.outboxrelay.debezium.store;

import java.io.IOException;
import java.nio.file.Path;

/** A process that holds a store until it is killed, and says by a dot that it does. */
final class StateFileHolder {

    private StateFileHolder() {}

    public static void main(String[] arguments) throws IOException {
        StateFile store = StateFile.open(Path.of(arguments[0]));
        store.put("held", "by another");
        System.out.print('.');
        System.out.flush();
        int ended = System.in.read();
        store.close();
        System.exit(ended);
    }
}
