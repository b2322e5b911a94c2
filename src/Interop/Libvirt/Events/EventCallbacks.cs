using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LibvirtBackup.Interop.LibvirtQemu;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// What libvirt calls on the event loop's thread. Each copies its arguments into the registration's hub and returns:
/// no call back to a daemon, no waiting, no user code, no exception.
/// </summary>
internal static unsafe class EventCallbacks
{
    // The generated structs prove that each function has the signature that libvirt calls it with.
    public static nint ClosedAddress => new VirConnectCloseFunc(&Closed).Address;

    public static nint LifecycleAddress => new VirConnectDomainEventCallback(&Lifecycle).Address;

    public static nint BlockJobAddress => new VirConnectDomainEventBlockJobCallback(&BlockJob).Address;

    public static nint JobCompletedAddress => new VirConnectDomainEventJobCompletedCallback(&JobCompleted).Address;

    public static nint BlockThresholdAddress =>
        new VirConnectDomainEventBlockThresholdCallback(&BlockThreshold).Address;

    public static nint DeviceAddedAddress => new VirConnectDomainEventDeviceAddedCallback(&DeviceAdded).Address;

    public static nint DeviceRemovedAddress => new VirConnectDomainEventDeviceRemovedCallback(&DeviceRemoved).Address;

    public static nint AgentLifecycleAddress =>
        new VirConnectDomainEventAgentLifecycleCallback(&AgentLifecycle).Address;

    public static nint IoErrorAddress => new VirConnectDomainEventIOErrorReasonCallback(&IoError).Address;

    public static nint QemuMonitorAddress => new VirConnectDomainQemuMonitorEventCallback(&QemuMonitor).Address;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Closed(nint _, int reason, void* key) =>
        CallbackRegistry.Find<CloseSink>(key)?.Publish((VirConnectCloseReason)reason);

    // libvirt asks this callback, unlike the others, for a return value, which it ignores.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lifecycle(nint _, nint domain, int type, int detail, void* key)
    {
        Hub<DomainLifecycleEvent>(key)?.Publish(new DomainLifecycleEvent(
            BorrowedDomain.Identify(domain), (VirDomainEventType)type, detail));
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void BlockJob(nint _, nint domain, byte* disk, int type, int status, void* key) =>
        Hub<DomainBlockJobEvent>(key)?.Publish(new DomainBlockJobEvent(
            BorrowedDomain.Identify(domain),
            NativeText.Copy(disk),
            (VirDomainBlockJobType)type,
            (VirConnectDomainEventBlockJobStatus)status));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void JobCompleted(nint _, nint domain, virTypedParameter* items, int count, void* key) =>
        Hub<DomainJobCompletedEvent>(key)?.Publish(new DomainJobCompletedEvent(
            BorrowedDomain.Identify(domain), TypedParameterReader.Read(items, count)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void BlockThreshold(
        nint _, nint domain, byte* device, byte* path, ulong threshold, ulong excess, void* key) =>
        Hub<DomainBlockThresholdEvent>(key)?.Publish(new DomainBlockThresholdEvent(
            BorrowedDomain.Identify(domain),
            NativeText.Copy(device),
            NativeText.CopyOptional(path),
            threshold,
            excess));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DeviceAdded(nint _, nint domain, byte* alias, void* key) =>
        Hub<DomainDeviceAddedEvent>(key)?.Publish(new DomainDeviceAddedEvent(
            BorrowedDomain.Identify(domain), NativeText.Copy(alias)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DeviceRemoved(nint _, nint domain, byte* alias, void* key) =>
        Hub<DomainDeviceRemovedEvent>(key)?.Publish(new DomainDeviceRemovedEvent(
            BorrowedDomain.Identify(domain), NativeText.Copy(alias)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void AgentLifecycle(nint _, nint domain, int state, int reason, void* key) =>
        Hub<DomainAgentLifecycleEvent>(key)?.Publish(new DomainAgentLifecycleEvent(
            BorrowedDomain.Identify(domain),
            (VirConnectDomainEventAgentLifecycleState)state,
            (VirConnectDomainEventAgentLifecycleReason)reason));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void IoError(
        nint _, nint domain, byte* source, byte* alias, int action, byte* reason, void* key) =>
        Hub<DomainIoErrorEvent>(key)?.Publish(new DomainIoErrorEvent(
            BorrowedDomain.Identify(domain),
            NativeText.Copy(source),
            NativeText.Copy(alias),
            (VirDomainEventIOErrorAction)action,
            NativeText.Copy(reason)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void QemuMonitor(
        nint _, nint domain, byte* name, long seconds, uint micros, byte* details, void* key) =>
        Hub<QemuMonitorEvent>(key)?.Publish(new QemuMonitorEvent(
            BorrowedDomain.Identify(domain),
            NativeText.Copy(name),
            DateTimeOffset.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond)
                + (micros * TimeSpan.TicksPerMicrosecond)),
            NativeText.CopyOptional(details)));

    private static EventHub<T>? Hub<T>(void* key) => CallbackRegistry.Find<EventHub<T>>(key);
}
