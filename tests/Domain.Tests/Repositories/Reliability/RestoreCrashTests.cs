using LibvirtBackup.Domain.Tests.Restores;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Restores;
using Xunit;
using static LibvirtBackup.Domain.Tests.Restores.RestoreScene;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// The process is killed after every durable step of a restore: what is half-done never looks done, the same restore
/// completes it, and the repository is unharmed.
/// </summary>
public sealed class RestoreCrashTests : IDisposable
{
    private const string Domain = """
        <domain type='test'><name>web</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid><memory>1024</memory>
        <os><type>hvm</type></os><devices>
        <disk type='file' device='disk'><source file='/a'/><target dev='vda'/></disk>
        <disk type='file' device='disk'><source file='/b'/><target dev='vdb'/></disk></devices></domain>
        """;

    private readonly RestoreScene _scene = new();
    private readonly TestDirectory _crashes = new();
    private readonly List<(string Step, string Directory)> _left = [];
    private readonly Dictionary<string, List<string>> _steps = [];
    private RestoreRequest? _request; // the one that is killed and run again

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task A_kill_at_any_step_of_a_restore_to_new_files(DiskFormat format)
    {
        using (var repository = await _scene.CreateAsync()) await CommitAsync(repository, MakeDisk(1), MakeDisk(2));
        await RestoreAndRecordAsync(_scene.Request(format), connection: null);
        DurableSteps.AssertAll(DurableSteps.RestoreNew, _steps["vda"]);
        DurableSteps.AssertAll(DurableSteps.RestoreNew, _steps["vdb"]);
        await AssertAllAsync(format, connect: null, old: null);
    }

    [Theory]
    [InlineData(DiskFormat.Raw)]
    [InlineData(DiskFormat.Qcow2)]
    public async Task A_kill_at_any_step_of_a_restore_in_place(DiskFormat format)
    {
        using (var repository = await _scene.CreateAsync())
        {
            await CommitAsync(repository, MakeDisk(1));
            await RestoreAsync(repository, _scene.Request(format));
        }

        var path = Path.Combine(_scene.File("out"), NameOf("vda", format));
        await Tools.SucceedAsync(
            "qemu-io", "-f", format == DiskFormat.Raw ? "raw" : "qcow2", "-c", $"write -P 7 0 {48 * Cluster}", path);
        var old = await ReadAsync(path, format);
        await RestoreAndRecordAsync(_scene.Request(format) with { Overwrite = true }, connection: null);
        DurableSteps.AssertAll(DurableSteps.RestoreInPlace, _steps["vda"]);
        await AssertAllAsync(format, connect: null, old);
    }

    [Fact]
    public async Task A_kill_at_any_step_until_a_domain_is_defined()
    {
        using (var repository = await _scene.CreateAsync())
            await CommitAsync(repository, point => point with { DomainXml = Domain }, MakeDisk(1), MakeDisk(2));
        var request = _scene.Request(DiskFormat.Raw) with { Define = true, Name = "web2" };
        await using (var connection = await ConnectAsync()) await RestoreAndRecordAsync(request, connection);
        DurableSteps.AssertAll(DurableSteps.RestoreNew, _steps["vda"]);
        DurableSteps.AssertAll(DurableSteps.RestoreDefinition, _steps["web2"]);
        // Once it is defined nothing is left to be done but to say so.
        _left.RemoveRange(_left.FindIndex(left => left.Step == "DomainDefined web2"), 3);
        await AssertAllAsync(DiskFormat.Raw, ConnectAsync, old: null);

        // Each connection of this kind has a host of its own.
        async Task<LibvirtConnection> ConnectAsync()
        {
            var host = _crashes.File("host.xml");
            await File.WriteAllTextAsync(host, "<node/>", Token);
            return await LibvirtConnection.OpenAsync($"test://{host}", cancellationToken: Token);
        }
    }

    public void Dispose()
    {
        _scene.Dispose();
        _crashes.Dispose();
    }

    /// <summary>Restores, and keeps what a kill after each step would leave.</summary>
    private async Task RestoreAndRecordAsync(RestoreRequest request, LibvirtConnection? connection)
    {
        var engine = new RestoreEngine((step, what) =>
        {
            lock (_left)
            {
                if (!_steps.TryGetValue(what, out var steps)) _steps.Add(what, steps = []);
                steps.Add(step.ToString());
                var directory = _crashes.File($"{_left.Count}");
                TestDirectory.Copy(_scene.Root, directory);
                _left.Add(($"{step} {what}", directory));
            }
        });
        _request = request;
        using var repository = await _scene.OpenAsync();
        await engine.RestoreAsync(repository, request, connection, null, Token);
    }

    /// <param name="format">The disks' format.</param>
    /// <param name="connect">Where the domain is defined, or null.</param>
    /// <param name="old">What the disk was before, or null for nothing.</param>
    private async Task AssertAllAsync(
        DiskFormat format, Func<Task<LibvirtConnection>>? connect, byte[]? old)
    {
        foreach (var (step, directory) in _left)
        {
            var output = Path.Combine(directory, "out");
            await AssertNothingLooksDoneAsync(step, output, format, old);
            if (old is null && step.StartsWith(nameof(RestoreStep.MarkRemoved), StringComparison.Ordinal)
                && Directory.GetFiles(output, "*.incomplete").Length == 0) continue; // it is done
            using var repository = await Repository.OpenAsync(Path.Combine(directory, "repo"), Token);
            await using var connection = connect is null ? null : await connect();
            var report = await new RestoreEngine().RestoreAsync(
                repository, _request! with { Directory = output }, connection, null, Token);

            Assert.Empty(report.Warnings);
            Assert.Equal(connect is null, report.Domain is null);
            foreach (var disk in report.Disks)
                Assert.Equal(BytesOf(disk.Name), await ReadAsync(disk.Path, format));
            Assert.Equal(
                report.Disks.Select(disk => disk.Path).Order(StringComparer.Ordinal),
                Directory.EnumerateFiles(output).Order(StringComparer.Ordinal));
            var verified = await RepositoryVerifier.VerifyAsync(repository, new VerifyRequest(), progress: null, Token);
            Assert.True(verified.IsGood, step);
        }
    }

    /// <summary>A disk under its own name that nothing marks is what it was, or what it shall be.</summary>
    private static async Task AssertNothingLooksDoneAsync(string step, string output, DiskFormat format, byte[]? old)
    {
        foreach (var path in Directory.EnumerateFiles(output))
        {
            if (Path.GetExtension(path) is not (".raw" or ".qcow2") || File.Exists(path + ".incomplete")) continue;
            var bytes = await ReadAsync(path, format);
            var isOld = old is not null && old.AsSpan().SequenceEqual(bytes);
            Assert.True(
                isOld || step.StartsWith(nameof(RestoreStep.MarkRemoved), StringComparison.Ordinal),
                $"after {step} '{path}' looks done");
            if (!isOld) Assert.Equal(BytesOf(Path.GetFileNameWithoutExtension(path)), bytes);
        }
    }

    private static byte[] BytesOf(string disk) => MakeDisk(disk == "vda" ? 1 : 2).Bytes;
}
