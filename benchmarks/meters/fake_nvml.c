/* libnvidia-ml.so.1 for GPUs whose power is known: the entry points that vatio and the peers use.
 *
 * VATIO_FAKE_NVML="epoch_s gpus counter refresh_s steps", steps as seconds:watts,seconds:watts,... repeated for ever from
 * epoch_s of CLOCK_MONOTONIC; GPU i draws the steps shifted by 0.37 i seconds. Without a counter the energy is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OK 0
#define INVALID 2
#define NOT_SUPPORTED 3
#define SHIFT_S 0.37
#define MOST_STEPS 64

static double epoch_s, refresh_s, lengths_s[MOST_STEPS], powers_w[MOST_STEPS], period_s;
static int gpus, counter, steps;

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static void configure(void) {
    const char *text = getenv("VATIO_FAKE_NVML");
    int used = 0;
    steps = 0;
    period_s = 0;
    if (!text || sscanf(text, "%lf %d %d %lf %n", &epoch_s, &gpus, &counter, &refresh_s, &used) < 4) {
        gpus = 0;
        return;
    }
    for (const char *at = text + used; *at && steps < MOST_STEPS; steps++) {
        int length = 0;
        if (sscanf(at, "%lf:%lf%n", &lengths_s[steps], &powers_w[steps], &length) < 2) break;
        period_s += lengths_s[steps];
        at += length + (at[length] == ',');
    }
}

static double place_s(int gpu) { return now_s() - epoch_s + SHIFT_S * gpu; }

static double power_w(double at_s) {
    double left_s = at_s - period_s * (long long)(at_s / period_s);
    for (int i = 0; i < steps; i++) {
        if (left_s < lengths_s[i]) return powers_w[i];
        left_s -= lengths_s[i];
    }
    return powers_w[steps - 1];
}

static double energy_j(double at_s) {
    double round_j = 0, rounds = (double)(long long)(at_s / period_s), left_s = at_s - rounds * period_s, sum_j = 0;
    for (int i = 0; i < steps; i++) {
        double part_s = left_s < lengths_s[i] ? left_s : lengths_s[i];
        round_j += lengths_s[i] * powers_w[i];
        sum_j += part_s * powers_w[i];
        left_s -= part_s;
    }
    return rounds * round_j + sum_j;
}

static int gpu_of(void *handle) { return (int)(size_t)handle - 1; }
static int text_of(char *to, unsigned size, const char *text) { snprintf(to, size, "%s", text); return OK; }

int nvmlInit_v2(void) { configure(); return gpus ? OK : 9; }
int nvmlInit(void) { return nvmlInit_v2(); }
int nvmlInitWithFlags(unsigned flags) { (void)flags; return nvmlInit_v2(); }
int nvmlShutdown(void) { return OK; }
const char *nvmlErrorString(int code) { return code == NOT_SUPPORTED ? "Not Supported" : "Error"; }
int nvmlSystemGetDriverVersion(char *to, unsigned size) { return text_of(to, size, "550.00"); }
int nvmlSystemGetNVMLVersion(char *to, unsigned size) { return text_of(to, size, "12.550.00"); }
int nvmlSystemGetCudaDriverVersion(int *version) { *version = 12040; return OK; }
int nvmlSystemGetCudaDriverVersion_v2(int *version) { return nvmlSystemGetCudaDriverVersion(version); }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = gpus; return OK; }
int nvmlDeviceGetCount(unsigned *count) { return nvmlDeviceGetCount_v2(count); }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle) {
    if ((int)index >= gpus) return INVALID;
    *handle = (void *)(size_t)(index + 1);
    return OK;
}
int nvmlDeviceGetHandleByIndex(unsigned index, void **handle) { return nvmlDeviceGetHandleByIndex_v2(index, handle); }
int nvmlDeviceGetName(void *handle, char *to, unsigned size) { (void)handle; return text_of(to, size, "NVIDIA A100-SXM4-80GB"); }
int nvmlDeviceGetUUID(void *handle, char *to, unsigned size) {
    snprintf(to, size, "GPU-0000000%d-0000-0000-0000-000000000000", gpu_of(handle));
    return OK;
}
int nvmlDeviceGetIndex(void *handle, unsigned *index) { *index = gpu_of(handle); return OK; }
int nvmlDeviceGetMinorNumber(void *handle, unsigned *minor) { *minor = gpu_of(handle); return OK; }
int nvmlDeviceGetTotalEnergyConsumption(void *handle, unsigned long long *energy_mj) {
    if (!counter) return NOT_SUPPORTED;
    double at_s = place_s(gpu_of(handle));
    if (refresh_s > 0) at_s = refresh_s * (long long)(at_s / refresh_s);
    *energy_mj = (unsigned long long)(1e6 + 1e3 * energy_j(at_s));
    return OK;
}
int nvmlDeviceGetPowerUsage(void *handle, unsigned *power_mw) {
    *power_mw = (unsigned)(1e3 * power_w(place_s(gpu_of(handle))) + 0.5);
    return OK;
}
int nvmlDeviceGetUtilizationRates(void *handle, unsigned *rates) { (void)handle; rates[0] = 50; rates[1] = 10; return OK; }
int nvmlDeviceGetTemperature(void *handle, int sensor, unsigned *celsius) { (void)handle; (void)sensor; *celsius = 60; return OK; }
int nvmlDeviceGetClockInfo(void *handle, int kind, unsigned *mhz) { (void)handle; (void)kind; *mhz = 1410; return OK; }
int nvmlDeviceGetMaxClockInfo(void *handle, int kind, unsigned *mhz) { return nvmlDeviceGetClockInfo(handle, kind, mhz); }
int nvmlDeviceGetMemoryInfo(void *handle, unsigned long long *bytes) {
    (void)handle;
    bytes[0] = 80ull << 30; bytes[1] = 60ull << 30; bytes[2] = 20ull << 30;
    return OK;
}
int nvmlDeviceGetComputeMode(void *handle, int *mode) { (void)handle; *mode = 0; return OK; }
int nvmlDeviceGetPersistenceMode(void *handle, int *mode) { (void)handle; *mode = 1; return OK; }
int nvmlDeviceSetPersistenceMode(void *handle, int mode) { (void)handle; (void)mode; return OK; }
int nvmlDeviceGetEnforcedPowerLimit(void *handle, unsigned *mw) { (void)handle; *mw = 700000; return OK; }
int nvmlDeviceGetPowerManagementLimit(void *handle, unsigned *mw) { return nvmlDeviceGetEnforcedPowerLimit(handle, mw); }
int nvmlDeviceGetPowerManagementDefaultLimit(void *handle, unsigned *mw) { return nvmlDeviceGetEnforcedPowerLimit(handle, mw); }
int nvmlDeviceGetPowerManagementLimitConstraints(void *handle, unsigned *low_mw, unsigned *high_mw) {
    (void)handle;
    *low_mw = 100000; *high_mw = 700000;
    return OK;
}
int nvmlDeviceGetArchitecture(void *handle, unsigned *generation) { (void)handle; *generation = 7; return OK; }
int nvmlDeviceGetFieldValues(void *handle, int count, void *values) { (void)handle; (void)count; (void)values; return NOT_SUPPORTED; }
static int no_process(unsigned *count) { *count = 0; return OK; }
int nvmlDeviceGetComputeRunningProcesses(void *h, unsigned *count, void *rows) { (void)h; (void)rows; return no_process(count); }
int nvmlDeviceGetComputeRunningProcesses_v2(void *h, unsigned *count, void *rows) { (void)h; (void)rows; return no_process(count); }
int nvmlDeviceGetComputeRunningProcesses_v3(void *h, unsigned *count, void *rows) { (void)h; (void)rows; return no_process(count); }
int nvmlDeviceGetGraphicsRunningProcesses(void *h, unsigned *count, void *rows) { (void)h; (void)rows; return no_process(count); }
int nvmlDeviceGetGraphicsRunningProcesses_v2(void *h, unsigned *count, void *rows) { (void)h; (void)rows; return no_process(count); }
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *h, unsigned *count, void *rows) { (void)h; (void)rows; return no_process(count); }
