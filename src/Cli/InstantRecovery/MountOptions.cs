using System.CommandLine;
using LibvirtBackup.InstantRecovery.Mounts;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary>What <c>mount</c> and the process that it starts are both told.</summary>
internal sealed class MountOptions
{
    private readonly Argument<string> _point = new("point")
    {
        Description = "the point's id, or enough of its beginning to fit one point only",
    };

    private readonly Option<string?> _disk = new("--disk")
    {
        Description = "the disk (default: the only one)", HelpName = "target",
    };

    private readonly Option<string> _to = new("--to")
    {
        Description = "the directory, empty or new", HelpName = "dir", Required = true,
    };

    private readonly Option<bool> _image = new("--image")
    {
        Description = "the disk itself as a file in the directory, without root", Arity = ArgumentArity.Zero,
    };

    /// <summary>Adds them to a command.</summary>
    internal void AddTo(Command command)
    {
        command.Add(_point);
        command.Add(_disk);
        command.Add(_to);
        command.Add(_image);
    }

    /// <summary>What a line says.</summary>
    internal PointMountRequest Read(ParseResult line) => new()
    {
        Point = line.GetRequiredValue(_point),
        Disk = line.GetValue(_disk),
        Directory = Path.GetFullPath(line.GetRequiredValue(_to)),
        AsImage = line.GetValue(_image),
    };

    /// <summary>The same as arguments, with the repository and what opens it.</summary>
    internal static IReadOnlyList<string> Write(PointMountRequest request, GlobalSettings settings)
    {
        List<string> words =
        [
            request.Point, "--to", request.Directory,
            "--repo", Path.GetFullPath(settings.RequireRepository()),
            "--state-dir", Path.GetFullPath(settings.StateDirectory),
        ];
        if (request.Disk is { } disk) words.AddRange(["--disk", disk]);
        if (request.AsImage) words.Add("--image");
        if (settings.PassphraseFile is { } passphrase)
            words.AddRange(["--passphrase-file", Path.GetFullPath(passphrase)]);
        if (settings.KeyFile is { } key) words.AddRange(["--key-file", Path.GetFullPath(key)]);
        return words;
    }
}
