namespace LibvirtBackup.Hosts;

/// <summary>The image behind another one, as that names it.</summary>
/// <param name="Path">Where it is; relative names are resolved.</param>
/// <param name="Format">Its format; null when the image does not say.</param>
internal sealed record BackingImage(string Path, string? Format);
