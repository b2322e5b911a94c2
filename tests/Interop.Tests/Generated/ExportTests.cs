using System.Reflection;
using System.Runtime.InteropServices;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated;

public sealed class ExportTests
{
    [Theory]
    [InlineData("LibvirtNative", "libvirt.so.0")]
    [InlineData("LibvirtQemuNative", "libvirt-qemu.so.0")]
    public void The_hosts_library_exports_what_its_version_promises_and_nothing_younger(string imports, string library)
    {
        nint loaded = NativeLibrary.Load(library);
        Version version = LibraryVersion();
        MethodInfo[] all = [.. BoundSymbols.Imports().Where(m => m.DeclaringType!.Name == imports)];

        Assert.NotEmpty(all);
        Assert.All(all, import => Assert.Equal(
            Version.Parse(import.GetCustomAttribute<LibvirtSymbolAttribute>()!.Since) <= version,
            NativeLibrary.TryGetExport(loaded, import.Name, out _)));
    }

    private static Version LibraryVersion()
    {
        (ulong number, _) = LibvirtFunctions.virGetVersion(null);
        return new Version((int)(number / 1_000_000), (int)(number / 1000 % 1000), (int)(number % 1000));
    }
}
