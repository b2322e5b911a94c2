using System.CommandLine;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.BlockJobs;

/// <summary><c>blockcopy</c>.</summary>
internal sealed class BlockCopyCommand : BlockJobCommand
{
    private readonly Argument<string> _destination = new("destination")
    {
        Description = "the new image: a file, or a device below /dev",
    };

    private readonly Option<string> _format;
    private readonly Option<bool> _shallow;
    private readonly Option<bool> _reuseExternal;
    private readonly Option<bool> _pivot;

    internal BlockCopyCommand()
        : base("blockcopy", "Copy a disk to a new image while the guest works, and keep its checkpoints true.")
    {
        Add(_destination);
        _format = AddOption(new Option<string>("--format")
        {
            Description = "the new image's format", HelpName = "qcow2|raw", DefaultValueFactory = _ => "qcow2",
        });
        _format.AcceptOnlyFromAmong("qcow2", "raw");
        _shallow = AddFlag("--shallow", "copy the image that the guest writes only, over the same ones behind it");
        _reuseExternal = AddFlag("--reuse-external", "the new image exists already, made for it");
        _pivot = AddFlag("--pivot", "let the guest go on in the new image; else it is a copy of one moment");
    }

    internal override string Details => """
        With --pivot every bitmap goes along, also those that libvirt drops; a new image that cannot hold bitmaps (raw,
        qcow2 version 2) is refused. The next backup reads the disk whole once all the same: only the name of an image
        tells which bitmap belongs to which content, and it has another one now. Without --pivot the disk stays where
        it is, and the copy holds the moment at which the command ended.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("blockcopy web vda /fast/web.qcow2 --pivot", "move a disk of a running guest"),
        new("blockcopy web vda /tmp/web.raw --format raw", "a copy of one moment"),
    ];

    private protected override BlockJobRequest Read(ParseResult line) => new BlockJobRequest.Copy
    {
        Domain = "",
        Disk = "",
        Destination = Path.GetFullPath(line.GetRequiredValue(_destination)),
        Format = line.GetRequiredValue(_format),
        Shallow = line.GetValue(_shallow),
        ReuseExternal = line.GetValue(_reuseExternal),
        Pivot = line.GetValue(_pivot),
    };
}
