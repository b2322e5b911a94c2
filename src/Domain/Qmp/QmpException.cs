namespace LibvirtBackup.Qmp;

/// <summary>QEMU refused a monitor command: its answer carried an error object.</summary>
internal sealed class QmpException : Exception
{
    /// <summary>Makes the exception from the parts of the answer.</summary>
    /// <param name="command">The QMP command, such as <c>block-dirty-bitmap-add</c>.</param>
    /// <param name="errorClass">QEMU's error class, such as <c>GenericError</c> or <c>CommandNotFound</c>.</param>
    /// <param name="description">QEMU's text, unchanged.</param>
    public QmpException(string command, string errorClass, string description)
        : base($"QEMU refused '{command}': {description} ({errorClass})")
    {
        Command = command;
        Class = errorClass;
        Description = description;
    }

    /// <summary>The QMP command that failed.</summary>
    public string Command { get; }

    /// <summary>QEMU's error class; nearly always <c>GenericError</c>.</summary>
    public string Class { get; }

    /// <summary>QEMU's text, unchanged; meant for people, not for matching.</summary>
    public string Description { get; }

    /// <summary>Whether this QEMU does not have the command at all.</summary>
    public bool IsCommandNotFound => Class == "CommandNotFound";
}
