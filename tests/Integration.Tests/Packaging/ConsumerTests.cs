using System.Xml.Linq;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Packaging;

/// <summary>The packages as somebody else gets them: from a feed, on a system that knows nothing of us.</summary>
public sealed class ConsumerTests(PackageFeed feed, ITestOutputHelper output) : IClassFixture<PackageFeed>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_packages_are_all_that_a_program_needs_to_back_up_and_restore()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(16 * Units.MiB));
        await new QemuIo(scene.Guest).WriteAsync("vda", Units.MiB, 3 * Units.MiB, seed: 7, Token);
        var oracle = await scene.CaptureOracleAsync();
        var directory = Directory.CreateDirectory(Path.Combine(scene.Guest.Directory, "consumer")).FullName;
        Assert.Equal(2, Directory.GetFiles(feed.Directory, "LibvirtBackup*.snupkg").Length);

        Write(directory);
        var restored = Path.Combine(directory, "restored");
        // Another system than the host's.
        await RunAsync(
            "env", $"LVBACKUP_STATE={scene.StateDirectory}", "bash",
            Path.Combine(PackageFeed.SourceRoot, "packaging/nuget/try.sh"), "trixie", directory,
            $"{scene.Guest.Host.SharedDirectory}:{feed.Directory}",
            scene.Guest.Host.ConnectionUri, Path.Combine(directory, "repository"), scene.Guest.Name, restored);

        var raw = Path.Combine(directory, "restored.raw");
        await RunAsync("qemu-img", "convert", "-O", "raw", Path.Combine(restored, "vda.qcow2"), raw);
        Assert.Null(await DiskOracle.CompareRawAsync(oracle["vda"], raw, Token));
    }

    [Fact]
    public async Task The_tool_package_installs_a_program_that_works()
    {
        var directory = Directory.CreateTempSubdirectory("lvb-tool-").FullName;
        try
        {
            Write(directory);
            await RunAsync(
                "dotnet", "tool", "install", "lvbackup", "--tool-path", Path.Combine(directory, "tools"),
                "--configfile", Path.Combine(directory, "nuget.config"));
            var repository = Path.Combine(directory, "repository");
            var program = Path.Combine(directory, "tools/lvbackup");

            await RunAsync(program, "init", "--repo", repository);
            await RunAsync(program, "verify", "--repo", repository);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The console sample as a project of its own, which knows of nothing but the feeds.</summary>
    private void Write(string directory)
    {
        var sample = Path.Combine(PackageFeed.SourceRoot, "samples/Backup/Program.cs");
        File.Copy(sample, Path.Combine(directory, "Program.cs"));
        // It must not take up what stands above it.
        foreach (var name in (string[])["Directory.Build.props", "Directory.Packages.props"])
            File.WriteAllText(Path.Combine(directory, name), "<Project/>");
        var properties = XDocument.Load(Path.Combine(PackageFeed.SourceRoot, "Directory.Build.props"));
        var version = properties.Descendants("Version").Single();
        File.WriteAllText(Path.Combine(directory, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
                <RestorePackagesPath>packages</RestorePackagesPath>
                <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
              </PropertyGroup>
              <ItemGroup>
                <Compile Include="Program.cs" />
                <PackageReference Include="LibvirtBackup" Version="{version.Value}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(directory, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="local" value="{feed.Directory}" /></packageSources>
            </configuration>
            """);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var result = await Tool.RunAsync(program, arguments, Token);
        output.WriteLine($"$ {program} {string.Join(' ', arguments)}\n{result.Output}{result.Error}");
        Assert.Equal(0, result.ExitCode);
    }
}
