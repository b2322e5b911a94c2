using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.LibvirtQemu;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated.Wrappers;

public sealed class ErrorTests
{
    [Fact]
    public void An_error_carries_all_that_libvirt_says()
    {
        using TestConnection connection = new();

        var error = Assert.Throws<LibvirtException>(
            () => LibvirtFunctions.virDomainLookupByName(connection.Handle, "nobody"));

        Assert.Equal(VirErrorNumber.NoDomain, error.Code);
        Assert.Equal(VirErrorDomain.Test, error.Domain);
        Assert.Equal(VirErrorLevel.Error, error.Level);
        Assert.Equal("virDomainLookupByName", error.Function);
        Assert.Equal("Domain not found", error.Message);
        Assert.Equal("Domain not found", error.Str1);
    }

    [Fact]
    public void An_error_belongs_to_its_call_on_many_threads_at_once()
    {
        using TestConnection connection = new();
        const int Threads = 16;
        const int Calls = 200;
        List<string> wrong = [];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            for (int call = 0; call < Calls; call++)
            {
                using DomainHandle domain = connection.Domain();
                string name = $"no{number}x{call}";
                LibvirtException? error = LookupError(domain, name);
                // A success in between resets the thread's error, and must not change an error that was copied.
                _ = LibvirtFunctions.virDomainGetInfo(domain);
                if (error?.Code != VirErrorNumber.NoDomainCheckpoint || error.Str2?.Contains($"'{name}'") != true)
                {
                    lock (wrong)
                        wrong.Add($"{name}: {error}");
                }
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        Assert.Empty(wrong);
    }

    [Fact]
    public void Memory_that_can_not_be_told_is_a_failure_though_the_function_returns_0()
    {
        using TestConnection connection = new();
        using DomainHandle domain = connection.Domain();
        Assert.Equal(8UL * 1024 * 1024, LibvirtFunctions.virDomainGetMaxMemory(domain));
        LibvirtFunctions.virDomainUndefine(domain);
        LibvirtFunctions.virDomainDestroy(domain);

        var error = Assert.Throws<LibvirtException>(() => LibvirtFunctions.virDomainGetMaxMemory(domain));

        Assert.Equal(VirErrorNumber.NoDomain, error.Code);
        Assert.Equal("virDomainGetMaxMemory", error.Function);
    }

    [Fact]
    public void Free_memory_is_told_or_is_a_failure_and_never_0_by_mistake()
    {
        using TestConnection connection = new();

        ulong? free = null;
        LibvirtException? error = null;
        try
        {
            free = LibvirtFunctions.virNodeGetFreeMemory(connection.Handle);
        }
        catch (LibvirtException failure)
        {
            error = failure;
        }

        Assert.True(free > 0 || error is { Code: VirErrorNumber.NoSupport }, $"{free} {error}");
    }

    [Fact]
    public void An_inactive_domain_has_no_id_and_that_is_no_failure()
    {
        using TestConnection connection = new();
        using DomainHandle domain = connection.Domain();
        Assert.Equal(1U, LibvirtFunctions.virDomainGetID(domain));
        LibvirtFunctions.virDomainDestroy(domain);

        Assert.Equal(uint.MaxValue, LibvirtFunctions.virDomainGetID(domain));
    }

    [Fact]
    public void What_the_driver_lacks_is_an_error_of_its_own_code()
    {
        using TestConnection connection = new();
        using DomainHandle domain = connection.Domain();

        var error = Assert.Throws<LibvirtException>(() => LibvirtFunctions.virDomainBackupGetXMLDesc(domain));

        Assert.Equal(VirErrorNumber.NoSupport, error.Code);
    }

    [Fact]
    public void The_qemu_library_reports_through_the_same_error()
    {
        using TestConnection connection = new();
        using DomainHandle domain = connection.Domain();

        var error = Assert.Throws<LibvirtException>(
            () => LibvirtQemuFunctions.virDomainQemuMonitorCommand(domain, "{}"));

        Assert.Equal("virDomainQemuMonitorCommand", error.Function);
        Assert.NotEqual(VirErrorNumber.Ok, error.Code);
    }

    [Fact]
    public void What_the_library_lacks_is_refused_with_the_version_that_has_it()
    {
        (ulong library, _) = LibvirtFunctions.virGetVersion(null);
        if (library >= 12_005_000)
            Assert.Skip($"this machine's libvirt, {library}, has virDomainAnnounceInterface");
        using TestConnection connection = new();
        using DomainHandle domain = connection.Domain();

        var refusal = Assert.Throws<LibvirtNotSupportedException>(
            () => LibvirtFunctions.virDomainAnnounceInterface(domain, null, []));

        Assert.Equal("virDomainAnnounceInterface", refusal.Symbol);
        Assert.Equal(new Version(12, 5, 0), refusal.Since);
        Assert.Contains("needs libvirt 12.5.0 or newer", refusal.Message, StringComparison.Ordinal);
    }

    private static LibvirtException? LookupError(DomainHandle domain, string name)
    {
        try
        {
            LibvirtFunctions.virDomainCheckpointLookupByName(domain, name).Dispose();
            return null;
        }
        catch (LibvirtException error)
        {
            return error;
        }
    }
}
