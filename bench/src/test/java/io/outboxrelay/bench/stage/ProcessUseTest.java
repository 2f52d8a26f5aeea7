package io.outboxrelay.bench.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ProcessUseTest {
    private static final String STAT = "4711 (a (b) c) S 1 4711 4711 0 -1 4194560 3007 0 0 0 615 25 0 0 20 0 31 0 99";

    @Test
    void processor_time_is_that_of_user_and_system_whatever_the_name() {
        ProcessUse use = ProcessUse.parse(STAT, "VmPeak:\t  999 kB\nVmHWM:\t  204800 kB\nVmRSS:\t 1000 kB\n");
        assertThat(use.cpuSeconds()).isCloseTo(6.4, within(1e-9));
        assertThat(use.residentBytesPeak()).isEqualTo(200L << 20);
    }

    @Test
    void a_process_that_has_just_ended_has_no_memory_and_is_refused() {
        assertThatThrownBy(() -> ProcessUse.parse(STAT, "State:\tZ (zombie)\n"))
                .isInstanceOf(BenchFailure.class)
                .hasMessageContaining("ended");
    }

    @Test
    void this_process_can_be_looked_at() {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/stat")));
        ProcessUse use = ProcessUse.of(ProcessHandle.current().pid());
        assertThat(use.cpuSeconds()).isPositive();
        assertThat(use.residentBytesPeak()).isGreaterThan(1 << 20);
    }

    @Test
    void the_machine_is_busy_with_all_but_idling_and_waiting_for_disks() {
        MachineUse before = MachineUse.parse("cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 1 1 1\n");
        MachineUse after = MachineUse.parse("cpu  160 0 60 820 60 0 0 0 9 9\ncpu0 1 1 1 1\n");
        assertThat(after.busySince(before)).isCloseTo(0.7, within(1e-9));
    }
}
