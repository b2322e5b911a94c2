using System.Text.Json;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Keys;

public sealed class KeyCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lvb-cli-keys-").FullName;

    private string Repository => Path.Combine(_directory, "repo");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_encrypted_repository_opens_with_its_secret_only()
    {
        var (first, other) = (File("first", 32), File("other", 32));
        Assert.Equal(0, (await RunAsync("init", "--encrypt", "--key-file", first)).ExitCode);

        Assert.Equal(0, (await RunAsync("list", "--key-file", first)).ExitCode);
        Assert.Equal(
            new CliResult(1, "", $"lvbackup: repository '{Repository}' is encrypted; give --passphrase-file or "
                + "--key-file\n"),
            await RunAsync("list"));
        var wrong = await RunAsync("list", "--key-file", other);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Matches("^lvbackup: the key file does not open [^\n]+\n$", wrong.Error);
    }

    [Fact]
    public async Task A_secret_can_be_added_rotated_and_removed()
    {
        var (first, second, phrase) = (File("first", 32), File("second", 64), Text("phrase", "correct horse\nrest"));
        await RunAsync("init", "--encrypt", "--key-file", first);

        Assert.Equal(
            0, (await RunAsync("key", "add", "--key-file", first, "--new-passphrase-file", phrase)).ExitCode);
        Assert.Equal(0, (await RunAsync("list", "--passphrase-file", phrase)).ExitCode);

        Assert.Equal(0, (await RunAsync("key", "rotate", "--key-file", first, "--new-key-file", second)).ExitCode);
        Assert.Equal(1, (await RunAsync("list", "--key-file", first)).ExitCode);
        Assert.Equal(0, (await RunAsync("list", "--key-file", second)).ExitCode);

        var slots = await SlotsAsync("--key-file", second);
        Assert.Equal(["keyfile first", "passphrase added"], slots.Select(s => $"{s.Kind} {s.Label}").Order());
        var keyFileSlot = slots.Single(s => s.Kind == "keyfile").Id;
        var removed = await RunAsync("key", "remove", keyFileSlot, "--passphrase-file", phrase, "--json");
        Assert.Equal(0, removed.ExitCode);
        Assert.Contains("\"kind\": \"keyfile\"", removed.Out, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("list", "--key-file", second)).ExitCode);

        var last = Assert.Single(await SlotsAsync("--passphrase-file", phrase)).Id;
        var refused = await RunAsync("key", "remove", last, "--passphrase-file", phrase);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("the only one", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key", "add")]
    [InlineData("key", "remove")]
    [InlineData("key", "list", "abcd")]
    [InlineData("key", "turn")]
    [InlineData("key", "list", "--label", "x")]
    [InlineData("key", "remove", "abcd", "--label", "x")]
    [InlineData("key", "rotate", "--new-key-file", "a", "--label", "x")]
    [InlineData("init", "--key-file", "a")]
    [InlineData("init", "--passphrase-file", "a")]
    [InlineData("init", "--encrypt")]
    [InlineData("list", "--key-file", "a", "--passphrase-file", "b")]
    public async Task Wrong_usage_says_what_is_missing(params string[] args)
    {
        var result = await RunAsync(args);
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
        Assert.False(Directory.Exists(Repository));
    }

    [Fact]
    public async Task A_secret_in_the_environment_makes_and_opens_no_plain_repository()
    {
        var variables = new Dictionary<string, string>
        {
            ["LVBACKUP_REPO"] = Repository, ["LVBACKUP_KEY_FILE"] = File("other", 32),
        };
        var result = await CliHost.RunAsync(variables, "init");
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: init: a secret is named, [^\n]+LVBACKUP_KEY_FILE\\)\n$", result.Error);

        await RunAsync("init");
        result = await CliHost.RunAsync(variables, "list");
        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: repository '[^\n]+' is not encrypted, and a key was given: [^\n]+\n$", result.Error);
    }

    [Fact]
    public async Task A_repository_without_encryption_has_no_keys_to_add()
    {
        await RunAsync("init");
        var result = await RunAsync("key", "add", "--new-key-file", File("new", 32));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is not encrypted", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(4097)]
    [InlineData(9000)]
    public async Task A_key_file_of_a_size_that_makes_no_sense_is_refused(int length)
    {
        var result = await RunAsync("init", "--encrypt", "--key-file", File("odd", length));
        Assert.Equal(2, result.ExitCode);
        Assert.False(Directory.Exists(Repository));
    }

    private Task<CliResult> RunAsync(params string[] args) =>
        CliHost.RunAsync(new Dictionary<string, string> { ["LVBACKUP_REPO"] = Repository }, args);

    private async Task<IReadOnlyList<(string Id, string Kind, string Label)>> SlotsAsync(params string[] secret)
    {
        var result = await RunAsync(["key", "list", "--json", .. secret]);
        using var document = JsonDocument.Parse(result.Out);
        return [.. document.RootElement.GetProperty("slots").EnumerateArray().Select(s =>
            (Text(s, "id"), Text(s, "kind"), Text(s, "label")))];

        static string Text(JsonElement slot, string name) => 
            slot.GetProperty(name).GetString()!; // null fails the caller
    }

    private string File(string name, int length)
    {
        var path = Path.Combine(_directory, name);
        System.IO.File.WriteAllBytes(
            path, System.Security.Cryptography.RandomNumberGenerator.GetBytes(length));
        return path;
    }

    private string Text(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
